"""The number asset desk: what a number is allowed, costs and went through; papers, applications, and devices."""
