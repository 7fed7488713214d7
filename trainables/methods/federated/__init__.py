"""Federated learning: labelled objects that stay with clients.

clients  how objects are dealt to clients, and many local steps at once
fedavg   federated averaging
pfedme   personal models near a global one
"""
