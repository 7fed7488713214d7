"""What ended, on its way into the records.

recorder      takes results: to the disk at once, into MLflow by and by
spool         the file that keeps them until they are recorded
writer        the thread that writes, and waits for records that do not answer
setting_runs  the settings' runs: planned, summarised when their seeds have ended
trial_runs    a trial as a line of JSON, which is what is spooled and written
environment   what a record says of the machine and the code
system_metrics  what the machine does meanwhile, by MLflow's own monitor
"""
