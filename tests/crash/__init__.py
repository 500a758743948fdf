"""Close under every fault: after each the period is fully closed or fully open, and the next run ends the same."""
