# What most clients take from the environment; what one needs besides is in its folder's environment.sh.
export AWS_ENDPOINT_URL=$KAGIMORI_URL
export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1
export AWS_ACCESS_KEY_ID=$ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$SECRET_ACCESS_KEY
