"""What MLflow's pages say beside the runs."""
