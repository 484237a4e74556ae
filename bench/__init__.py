"""What ARM's speed is measured by: ratios against a reference in the same run, never asserted."""
