"""What a user gives, checked and turned into objects.

given      arrays with the names x, y, x_test, y_test, groups
pictures   of any format that Pillow reads
columns    of a table
"""
