// The judge's desk: keys for what its buttons do. Without it every button works as it stands.
