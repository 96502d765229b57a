"""Who takes part in the exercise that the demo serves: one in every role that a page is for."""

STAFF: dict[str, str] = {
    "coalition-planner": "XAG role=planner clearance=SECRET caveats=COMMERCIAL,MEDICAL,PLANS",
    "german-planner": "DEU role=planner clearance=SECRET caveats=COMMERCIAL,MEDICAL,PLANS",
    "dutch-analyst": "NLD role=analyst clearance=RESTRICTED caveats=COMMERCIAL",
    "german-buyer": "DEU role=procurement clearance=CONFIDENTIAL caveats=COMMERCIAL",
    "german-security": "DEU role=security clearance=SECRET caveats=COMMERCIAL,MEDICAL,PLANS",
    "german-second": "DEU role=security clearance=SECRET caveats=COMMERCIAL,MEDICAL,PLANS",
    "german-administrator": "DEU role=administrator clearance=RESTRICTED",
}
"""Account name and subject, invented."""
