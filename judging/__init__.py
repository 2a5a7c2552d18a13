"""One judgement over many cases: the policy it is made by, the judgement now, and when time alone will change it."""
