"""Goldens of every architecture that Loci opens, from Hugging Face's own modules. GPT-2's are one folder up."""
