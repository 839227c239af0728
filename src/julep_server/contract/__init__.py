"""The contract at run time: routes, validators and violations, all made from openapi.json."""
