jsvm component; head -c 4 js-vm.wasm | od -An -c
jsvm component -o other.wasm; cmp js-vm.wasm other.wasm
jsvm component -o - | cmp - js-vm.wasm
for shell in bash elvish fish powershell zsh; do jsvm completions $shell | grep -c timeout > /dev/null && echo $shell; done
jsvm component --no-host -o no-host.wasm; head -c 4 no-host.wasm | od -An -c
