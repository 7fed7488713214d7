"""What is trained: settings, data, links, models, losses; teacher, VAE and student cohorts."""
