"""Spaces of generalised distillation: students see less of the same objects than their teachers.

generalised_digits     7×7 digits, taught by who sees them at 28×28 (docs/generalised)
generalised_garments   the same of garments
generalised_known      the case of Lopez-Paz et al. 2016, as their code trains it, and longer
generalised_rentals    the calendar, taught by who knows the weather too
"""
