"""The data: what a domain is, where its objects come from, and how a random seed splits them.

domain, task   what a domain is (subclass it for your own): its objects, and what is learnt
measures       how the quality of what was learnt is measured
splits         which objects a seed puts into Train, Big, Small, Test and the held-out part
domains        the built-in domains; datasets: their objects in memory; bike_sharing: one's file
own            domains of your own data: folders, arrays, tables, functions
pictures       printed digits and emoji, in memory; rendered: how they are made, once
sources        the data sets, and where each can be had from; download: fetches, verifies them
augment        random changes of images, and their normalisation by channel
views          domains of which less is seen, by a student say, than there is
standardise    a table in units of its mean and deviation
"""
