"""Links φ: from the student's objects to the teacher's inputs."""
