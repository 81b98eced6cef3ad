"""Multi-task methods: one file a method, found by its file name (see `mtl.methods.registry`)."""
