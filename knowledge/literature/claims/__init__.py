"""Figures reported in papers and patents, taken out of sentences and tables by rules."""
