#!/bin/sh
# Install torch for this machine. The argument is the Python to install it for; TORCH=cpu or TORCH=cuda chooses.
# On Linux with x86-64 the package index has a build for NVIDIA cards alone, which takes 5 GB; PyTorch's own index
# has one for the processor, a tenth of that. Elsewhere the package index has the right one.
set -eu
python=$1
wanted=$(sed -n 's/^\(torch[^ ]*\).*/\1/p' requirements.txt)
cpu=https://download.pytorch.org/whl/cpu

if [ -z "${TORCH:-}" ]; then
  TORCH=cpu
  if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then TORCH=cuda; fi
fi
case $TORCH in cpu|cuda) ;; *) echo "TORCH is '$TORCH'; it must be cpu or cuda." >&2; exit 2;; esac

from="the package index"
if [ "$TORCH" = cpu ] && [ "$(uname -sm)" = "Linux x86_64" ]; then
  if "$python" -c "import urllib.request as u; u.urlopen('$cpu/torch/', timeout=10).close()" 2>/dev/null; then
    from="PyTorch's CPU index"
    "$python" -m pip install --quiet --index-url "$cpu" "$wanted"
  else
    from="the package index, since PyTorch's CPU index cannot be reached (there it may be a CUDA build of 5 GB)"
  fi
fi
"$python" -m pip install --quiet "$wanted"  # all of it that is not there yet
echo "torch $("$python" -c 'import torch; print(torch.__version__)') from $from; TORCH=cpu or TORCH=cuda chooses another."
