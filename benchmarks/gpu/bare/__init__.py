"""What a bare machine lacks.

absent     packages: stands in for what is imported and not needed
no_files   the data: random images of the same shapes; a store in memory
"""
