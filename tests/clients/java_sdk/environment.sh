keytool -importcert -noprompt -alias kagimori -file "$KAGIMORI_CA" -keystore trust.p12 -storetype PKCS12 -storepass changeit
export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit"
