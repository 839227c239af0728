"""Tests of the SDK against Prism, which reads openapi.yaml alone; scripts/prism runs them."""
