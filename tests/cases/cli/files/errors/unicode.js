function f() {
		let é = "😀漢字" + ;
}
