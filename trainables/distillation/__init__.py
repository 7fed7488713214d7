"""Students that learn from labels and a teacher."""
