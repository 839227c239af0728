"""The SDK against Prism, which knows openapi.yaml and nothing of ours; scripts/prism runs it."""
