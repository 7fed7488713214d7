"""What is tried: each file here is a space, found by its name; a user's own by its file's path.

base/        what a space and a search are, and how a space is found
rows/        settings that spaces build on
transfer/    spaces of other transfer methods
pairs/       spaces of other pairs of domains
"""
