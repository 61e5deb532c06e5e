console.log("the folder of the package is open");
