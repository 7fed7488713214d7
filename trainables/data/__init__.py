"""The data: what it is, where it comes from, and how a random seed splits it.

domains        the domains: sizes, splits, measures
sources        the data sets, and where each can be had from
download       fetches and verifies them
datasets       images and the table, in memory
bike_sharing   reading hour.csv, and its features
splits         which objects a seed puts into Train, Big, Small, Test and the held-out part
standardise    a table in units of its mean and deviation
"""
