"""What the product's hot paths do, beside their peers, in one run on one machine; see README.md."""
