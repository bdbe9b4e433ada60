"""A full-order DFN for many designs: potentials eliminated, two unknowns a cell. Mathematics: docs/batched_dfn.md."""
