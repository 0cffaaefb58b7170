SELECT
    rep_id,
    name,
    hired_on,
    left_on,
    manager,
    team,
    role,
    valid_from,
    recorded_at
FROM reps
