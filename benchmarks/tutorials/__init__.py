"""Training steps as the official tutorials of the two frameworks write them, for the models of lessons 12 and 13."""
