"""Host networks: one file a host, each with `build(...)`; methods replace their units."""
