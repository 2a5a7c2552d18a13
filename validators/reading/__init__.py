"""What words mean: is it an answer, a day, a hint, an identity number, a vague phrase."""
