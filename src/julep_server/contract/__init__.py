"""The contract at run time: routes, validators and violations, all derived from openapi.json."""
