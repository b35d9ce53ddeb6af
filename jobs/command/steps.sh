# A command that takes some steps, prints values, and leaves a file.
set -eu
echo "$GREETING from rank $RANK of $WORLD_SIZE on $MLCTL_NODE"
mkdir -p out
step=1
while [ "$step" -le "$1" ]; do
    echo "step=$step loss=0.$((9 - step))"
    step=$((step + 1))
    sleep 0.2
done
echo "rank $RANK took $1 steps" >"out/rank-$RANK.txt"
