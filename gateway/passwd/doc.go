// Package passwd keeps the users of the built-in broker, with hashed passwords, in a file of lines
//
//	name:$7$iterations$salt$hash
//
// which is mosquitto's format: PBKDF2 with SHA-512. Files that mosquitto_passwd has made can be used, those of its older
// versions ($6$, one round of SHA-512) too; what is written here has far more rounds.
package passwd
