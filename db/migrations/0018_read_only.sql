CREATE FUNCTION "enter_content"() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	-- Whoever throws the switch takes the same lock for himself: he waits for those who are in, and they for him.
	PERFORM pg_advisory_xact_lock_shared(4271019, 2);
	-- Asked after the lock is held, and by a snapshot of its own: a volatile function sees what was committed since its caller began.
	IF EXISTS (SELECT FROM "setting" WHERE "name" = 'readOnlyRegistry' AND "value" = 'true'::jsonb) THEN
		RAISE EXCEPTION 'the registry is read-only' USING ERRCODE = 'RO001';
	END IF;
	RETURN true;
END
$$;
