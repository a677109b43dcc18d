DROP INDEX idempotency_by_time;
DROP INDEX sessions_by_end;
DROP INDEX registrations_by_applicant;
DROP INDEX audit_by_login;
