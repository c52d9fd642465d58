"""The learners: one file each, every one with the same shape (model.py), nothing in common but the arrays they are given."""
