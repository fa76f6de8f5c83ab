INSERT INTO payload (id, sealed) VALUES (?1, ?2)
