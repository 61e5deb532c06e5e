const settings = "{ port: 80 }";
JSON.parse(settings);
