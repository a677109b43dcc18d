-- What somebody did within the hour, and which of their applications are open: asked before each that they make.
CREATE INDEX audit_by_login ON audit (login_id, act, at);
CREATE INDEX registrations_by_applicant ON registrations (applicant_id);
-- What is over is taken away by its time.
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX idempotency_by_time ON idempotency (created_at);
