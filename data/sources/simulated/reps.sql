SELECT
    rep_id,
    name,
    hired_on,
    left_on,
    manager,
    team,
    valid_from,
    recorded_at
FROM reps
