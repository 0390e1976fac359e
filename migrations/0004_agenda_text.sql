-- The agenda's texts have become items.
ALTER TABLE meeting DROP COLUMN agenda;
