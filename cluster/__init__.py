"""Training scripts for several processes, which run on a cluster as they are; README.md tells how. See lesson 20."""
