"""A second reading of every number: a log-linear model that has been taught by labelled documents."""
