SELECT
    rep_id,
    name,
    hired_on,
    left_on,
    manager,
    team
FROM reps
