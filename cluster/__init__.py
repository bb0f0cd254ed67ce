"""Training scripts for several processes, on one machine or on several; README.md tells how. See lesson 20."""
