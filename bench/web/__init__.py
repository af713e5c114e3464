"""A web on loopback that is made to be loaded, and the racers that load it; see `bench.verifying`."""
