const error = new Error("forged");
error.stack = "    at somewhere (/etc/passwd:1:1)";
throw error;
